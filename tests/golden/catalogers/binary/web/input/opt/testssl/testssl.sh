#!/usr/bin/env bash
#
# Testing TLS/SSL encryption

declare -r VERSION="3.2.2"
declare -r SWCONTACT="dirk aet testssl dot sh"
