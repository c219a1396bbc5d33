<?php
/* Plugin Name: Not one
   Version: 1 */
