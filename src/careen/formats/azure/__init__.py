"""Templates of Azure: ARM templates in JSON, and Bicep."""
