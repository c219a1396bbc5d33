<?php
/* As it was: $wp_version = '0.7'; and
$wp_version = "0.71";
 */
/**
 * The WordPress version string.
 */
$wp_version = '6.4.2';
$wp_db_version = 56657;
