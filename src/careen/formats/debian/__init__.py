"""What only Debian's archive, tracker and changelogs are read with."""
