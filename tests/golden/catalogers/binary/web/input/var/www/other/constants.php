<?php
define('MY_VERSION', '1.0.0');
