<?php
$suitecrm_version      = '7.14.2';
$suitecrm_timestamp    = '2023-11-08 12:00:00';
