var app = "jQuery v1.0.0";
