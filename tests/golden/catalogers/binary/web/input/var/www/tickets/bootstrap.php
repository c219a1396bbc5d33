<?php
class Bootstrap {
    static function defineTables($prefix) {
    }
}
#Current version && schema signature (Changes from version to version)
define('THIS_VERSION', 'v1.17.4'); // Set by installer
define('GIT_VERSION', '0000000');
