<?php
if (!defined('DOL_APPLICATION_TITLE')) {
}
if (!defined('DOL_VERSION')) {
	define('DOL_VERSION', '18.0.2');
}
