<?php
return array (
  'app_version' => 'v6.3.0',
  'full_app_version' => 'v6.3.0 - build 12490-g000000000',
  'build_version' => '12490',
);
