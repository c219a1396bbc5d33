<?php
$OC_Version = array(28,0,1,1);
$OC_VersionString = '28.0.1';
$OC_Edition = '';
$OC_Channel = 'stable';
$OC_VersionCanBeUpgradedFrom = array (
  'nextcloud' => 
  array (
    '27.1' => true,
  ),
  'owncloud' => 
  array (
    '10.13' => true,
  ),
);
$OC_Build = '2023-12-21T00:00:00+00:00 00000000';
$vendor = 'nextcloud';
