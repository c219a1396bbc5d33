<?php
$OC_Version = [10, 13, 2, 1];
$OC_VersionString = '10.13.2';
$OC_VersionCanBeUpgradedFrom = [[8, 2, 11]];
$OC_Edition = 'Community';
$OC_Channel = 'stable';
$OC_Build = '';
$vendor = 'owncloud';
