"""What lies in ``formats`` is shared: a reader that one plugin needs lies in the folder of that plugin."""

import grimp

# Documents that checks read, as they read Compose files; a check has no folder of its own.
OF_CHECKS = {
    "careen.formats.images.root_rules",
    *(f"careen.formats.azure.{name}" for name in ("bicep", "containers", "resources")),
    *(f"careen.formats.services.{name}" for name in ("ansible_tasks", "cloud_build", "cloudformation")),
    *(
        f"careen.formats.services.{name}"
        for name in ("github_workflow", "gitlab_ci", "machine_setup", "nomad_job", "pulumi_yaml")
    ),
    *(f"careen.formats.terraform.{name}" for name in ("configuration", "kubernetes_objects", "plan")),
}


def test_a_module_of_formats_has_two_users_or_one_in_its_room():
    graph = grimp.build_graph("careen", cache_dir=None)
    lonely = set()
    for module in graph.find_descendants("careen.formats"):
        if graph.find_children(module):
            continue
        users = graph.find_modules_that_directly_import(module)
        room = module.rpartition(".")[0]
        if len(users) < 2 and not any(user.startswith(f"{room}.") for user in users):
            lonely.add(module)
    assert lonely == OF_CHECKS
