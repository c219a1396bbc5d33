<?php
        $this->set('PMA_VERSION', '4.9.5');
