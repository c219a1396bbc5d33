<?php
namespace LibreNMS\Util;

use App\Models\Device;

class Version
{
    /** @var string Update this on release */
    public const VERSION = '23.11.0';
