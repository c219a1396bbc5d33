<?php
$version  = 2023100902.00;
$release  = '4.3.2+ (Build: 20231222)'; // Human-friendly version name
$branch   = '403';
