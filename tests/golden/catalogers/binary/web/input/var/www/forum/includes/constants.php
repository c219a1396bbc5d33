<?php
@define('PHPBB_VERSION', '3.3.11');
