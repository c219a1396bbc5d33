<?php
$patch_version = '';
$modified_database = '';
$vtiger_current_version = '7.5.0';
$_SESSION['vtiger_version'] = $vtiger_current_version;
