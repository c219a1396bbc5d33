<?php
define('PHPWG_VERSION', '14.1.0');
