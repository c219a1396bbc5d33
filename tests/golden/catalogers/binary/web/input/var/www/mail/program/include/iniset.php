<?php
define('RCMAIL_VERSION', '1.6.21');
define('RCMAIL_START', microtime(true));
