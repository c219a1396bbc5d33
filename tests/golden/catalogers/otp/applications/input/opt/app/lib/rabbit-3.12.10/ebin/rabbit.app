%% generated
{application, 'rabbit', [
	{description, "RabbitMQ"},
	{vsn, "3.12.10"},
	{modules, ['a']},
	{env, [{limit, 50}, %% {vsn, "0"}
	]}
]}.
