<?php
define('ZABBIX_VERSION',		'7.0.22');
define('ZABBIX_API_VERSION',	'7.0.22');
