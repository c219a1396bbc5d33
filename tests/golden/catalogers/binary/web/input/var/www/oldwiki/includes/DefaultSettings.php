<?php
$wgConf = new SiteConfiguration;
$wgVersion = '1.31.16';
