<?php return array(
    'root' => array(
        'name' => 'shop/site',
        'pretty_version' => '1.0.0',
        'version' => '1.0.0.0',
    ),
    'versions' => array(
        'guzzlehttp/guzzle' => array(
            'pretty_version' => '6.5.9',
        ),
    ),
);
