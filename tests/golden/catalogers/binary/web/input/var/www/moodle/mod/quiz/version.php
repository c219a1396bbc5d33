<?php
$plugin->version = 2023100900;
$plugin->release = '1.0.0';
