<?php
/* Version: 9 */
