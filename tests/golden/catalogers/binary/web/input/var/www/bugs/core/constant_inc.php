<?php
define( 'MANTIS_VERSION', '2.26.0' );
