<?php
define('GRAV', true);
define('GRAV_VERSION', '1.7.43');
