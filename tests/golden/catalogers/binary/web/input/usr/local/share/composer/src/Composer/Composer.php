<?php declare(strict_types=1);

namespace Composer;

class Composer extends PartialComposer
{
    /*
     * const VERSION = '@package_version@';
     */
    public const VERSION = '2.8.12';
    public const BRANCH_ALIAS_VERSION = '';
}
