<?php
final class Version
{
    // The VERSION_SUFFIX constant is defined at libraries/constants.php
    public const VERSION = '5.2.2' . VERSION_SUFFIX;
