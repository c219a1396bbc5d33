<?php
$config['versionnumber'] = '5.3.5';
$config['dbversionnumber'] = 486;
