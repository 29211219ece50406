from worked.forward_pass.transformer import Config
SMOLLM2_135M = Config(49152, 576, 30, 9, 3, 64, 1536, 100_000.0, tied=True)
