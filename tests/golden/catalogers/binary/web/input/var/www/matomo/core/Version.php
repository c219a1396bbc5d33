<?php
namespace Piwik;

/**
 * Matomo version information.
 */
final class Version
{
    /**
     * @var string
     */
    public const VERSION = '5.0.1';
