{application,none,[{description,"no version"}]}.
