<?php
namespace Adminer;

const VERSION = "5.4.1";
