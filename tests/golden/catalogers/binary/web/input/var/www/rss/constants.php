<?php
//NB: Do not edit
const FRESHRSS_VERSION = '1.23.1';
const FRESHRSS_WEBSITE = 'https://freshrss.org';
