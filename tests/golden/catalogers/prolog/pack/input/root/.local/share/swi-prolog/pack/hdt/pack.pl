name(hdt).
version('0.5.2').
title('x').
