"""The llama.cpp child: its process, its log and its private HTTP face."""
