<?php return array(
    'root' => array(
        'name' => 'shop/site',
        'pretty_version' => '1.0.0',
        'version' => '1.0.0.0',
        'dev' => false,
    ),
    'versions' => array(
        'psr/log' => array(
            'pretty_version' => '1.1.4',
            'version' => '1.1.4.0',
            'dev_requirement' => false,
        ),
        'psr/log-implementation' => array(
            'dev_requirement' => false,
            'provided' => array(
                0 => '1.0',
            ),
        ),
        'shop/site' => array(
            'pretty_version' => '1.0.0',
            'version' => '1.0.0.0',
        ),
    ),
);
