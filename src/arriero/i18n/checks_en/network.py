"""The texts of the checks of the network."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "network.ports": CheckText(
        title="Ports of the models",
        why="Each model has its port, which editors are told; what holds it keeps the model from starting.",
        seen={
            "free_or_ours": "free, or held by Arriero",
            "ollama": "the machine's own Ollama has {port} ({holders})",
            "container": "the container {container} has {port} ({holders})",
            "program": "taken: {holders}",
            "unseen": "taken by somebody who is not to be seen: {holders}",
        },
        advice={
            "ollama": "./main.sh validate --fix network.host_ollama, or another port in arriero.toml",
            "container": "docker stop {container}, or another port in arriero.toml",
            "program": "End that program, or give the slot another port in arriero.toml",
            "unseen": "sudo ss -ltnp 'sport = :{port}' shows who it is",
        },
    ),
    "network.host_ollama": CheckText(
        title="The machine's own Ollama",
        why="It wants the port of the first slot, and the same graphics card.",
        seen={
            "none": "none",
            "rests": "installed, and not in the way (port {port})",
            "comes": "rests now, and takes port {port} at the next boot",
            "runs": "runs on port {port}",
            "open": "runs on port {port}, and the whole network may use it",
        },
        advice={
            "comes": "sudo systemctl disable ollama",
            "runs": "If you do not need it: sudo systemctl disable --now ollama",
            "open": "sudo systemctl disable --now ollama, or set OLLAMA_HOST=127.0.0.1 with sudo systemctl edit ollama",
        },
    ),
    "network.exposure": CheckText(
        title="Models open to the network",
        why="Ollama asks for no key: whoever reaches the port uses your card and may delete models.",
        seen={
            "closed": "on this machine only",
            "no_engine": "no engine to ask",
            "ours": "{names} can be reached from the network[[; {firewall} does not stop that]]",
            "theirs": "containers that are not Arriero's serve models to the network: {names}[[; {firewall} does not stop that]]",
        },
        advice={
            "ours": "./main.sh validate --fix network.exposure",
            "theirs": "Publish them as 127.0.0.1:PORT:11434",
        },
    ),
    "network.localhost": CheckText(
        title="The name localhost",
        why="The models' ports are open on 127.0.0.1; a client that takes localhost for ::1 is refused.",
        seen={
            "four": "means 127.0.0.1",
            "missing": "is not in /etc/hosts",
            "six_only": "means ::1 only",
        },
        advice={
            "missing": "echo '127.0.0.1 localhost' | sudo tee -a /etc/hosts",
            "six_only": "./main.sh validate --fix network.localhost; or write 127.0.0.1 in every address",
        },
    ),
    "network.proxy": CheckText(
        title="Proxy",
        why="Questions to 127.0.0.1 that go through a proxy never reach the models.",
        seen={
            "none": "none",
            "around_own": "{name} is set, this machine is left out of it",
            "own_proxied": "{name}={proxy} is set, and NO_PROXY lacks {missing}",
            "in_containers": "{path} gives every container the proxy {proxy}, which breaks Ollama's own questions",
        },
        advice={
            "own_proxied": "export NO_PROXY=127.0.0.1,localhost (and no_proxy) in ~/.profile",
            "in_containers": 'Add "noProxy": "127.0.0.1,localhost" to `proxies` in {path}',
        },
    ),
    "network.registry": CheckText(
        title="The models' registry",
        why="Models come from it; what is here already is served without it.",
        seen={
            "answers": "{host} answers",
            "unneeded": "no slot needs one",
            "nameless": "nobody knows where {host} is: no network, or no DNS",
            "unreachable": "{host} cannot be reached: {fault}",
            "slow": "{host} did not answer within {limit_s:g} s",
            "untrusted": "{host} shows a certificate that nobody vouches for: {fault}",
        },
        advice={
            "nameless": "resolvectl query {host}; without a network, models that are here go on",
            "unreachable": "Look at the network, VPN and proxy; models that are here go on",
            "slow": "",
            "untrusted": "A proxy that opens TLS? Add its certificate: sudo update-ca-certificates",
        },
    ),
    "network.mtu": CheckText(
        title="Size of packets",
        why="Packets of containers that are bigger than the way out takes are lost: downloads stall.",
        seen={
            "fits": "{docker} in containers, {outside} on {device}",
            "no_engine": "no engine to ask",
            "no_way_out": "no way out to the network",
            "bigger": "{docker} in containers, only {outside} on {device}",
        },
        advice={
            "bigger": "If downloads in containers stall: ./main.sh validate --fix network.mtu",
        },
    ),
}
