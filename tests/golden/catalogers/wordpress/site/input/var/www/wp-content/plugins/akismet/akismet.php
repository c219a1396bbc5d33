<?php
/**
 * @package Akismet
 */
/*
Plugin Name: Akismet Anti-Spam
Plugin URI: https://akismet.example/
Description: Used by millions. Version: see below
Version: 5.0.2
License: GPLv2 or later
Text Domain: akismet
*/
define( 'AKISMET_VERSION', '5.0.3' );
