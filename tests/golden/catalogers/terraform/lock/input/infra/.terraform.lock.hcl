# This file is maintained automatically by "terraform init".

provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.72.1"
  constraints = "> 5.72.0"
  hashes = [
    "h1:x",
  ]
}

provider "registry.opentofu.org/hashicorp/google" {
  # pinned

  version = "6.8.0"
}
