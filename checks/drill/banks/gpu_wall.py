"""Questions on the 80 GB wall."""

from __future__ import annotations

from checks.drill import questions as q
from checks.drill.answers import Exact, WithinPercent
from worked.formulas import checkpointing, communication, compute, parallelism
from worked.formulas.ops import ceil, floor, sqrt

PARAMS = (2e9, 3e9, 4e9, 6e9, 7e9, 8e9, 9e9, 12e9, 13e9, 14e9, 20e9, 22e9, 27e9, 30e9, 32e9,
          34e9, 40e9, 65e9, 70e9, 72e9, 110e9, 120e9, 180e9)  # fmt: skip
RANKS = (8, 16, 32, 64)

NUMBERS = (
    q.Number(
        "lost-money", "failure", "lost_cost",
        "A job on {{ gpus }} runs for {{ run_hours }} at {{ price }} and is evicted with nothing "
        "saved. What did it cost?",
        {"gpus": (16, 32, 48, 64, 96, 128, 256, 512), "run_hours": (10, 12, 20, 24, 36, 47, 60),
         "price": (2, 2.5, 3, 4)},
        (
            q.Mistake("You paid for one GPU; all {{ gpus }} were held.",
                      lambda run_hours, price: run_hours * price),
            q.Mistake("You paid for nodes; the price is for a GPU-hour.",
                      lambda key, gpus_per_node: key / gpus_per_node),
            q.Mistake("You paid for one hour of the {{ run_hours }}.",
                      lambda gpus, price: gpus * price * 3600),
            q.Mistake("These are GPU-hours; multiply them by the price.",
                      lambda gpus, run_hours: gpus * run_hours / 3600),
            q.Mistake("You took the hours for days.", lambda key: key * 24),
        ),
        ("How many GPU-hours is that?", "GPUs times hours times the price of a GPU-hour."),
        WithinPercent(1),
    ),
    q.Number(
        "survival", "failure", "survival",
        "Preemptions come at random, on average one in {{ mtbf }} for the whole job. What is the "
        "chance that a run of {{ run_hours }} meets none?",
        {"mtbf": (12, 16, 24, 36, 48), "run_hours": (6, 12, 18, 24, 36, 48)},
        (
            q.Mistake("You subtracted a ratio. That is the start of the exponential's series, good "
                      "only for runs much shorter than the mean time.",
                      lambda run_hours, mtbf: 1 - run_hours / mtbf),
            q.Mistake("That is the chance of at least one preemption; you were asked for none.",
                      lambda key: 1 - key),
            q.Mistake("The ratio is upside down: run over mean time, not mean time over run.",
                      lambda run_hours, mtbf: 2.718281828459045 ** (-mtbf / run_hours)),
            q.Mistake("You took the mean time for the median; the base is e.",
                      lambda run_hours, mtbf: 0.5 ** (run_hours / mtbf)),
            q.Mistake("That is one over one plus the ratio; a constant rate gives an exponential.",
                      lambda run_hours, mtbf: 1 / (1 + run_hours / mtbf)),
        ),
        ("With a constant rate, survival decays exponentially.",
         "It is e to the minus run over mean time."),
        WithinPercent(3),
    ),
    q.Number(
        "static-bytes", "bill", "static_bytes",
        "A model of {{ params | billion }} parameters is trained in bf16 with Adam and an fp32 "
        "master copy. How many bytes are its weights, gradients and optimizer state?",
        {"params": PARAMS},
        (
            q.Mistake("Those are the bf16 weights alone.", lambda weight_bytes: weight_bytes,
                      {"weight_bytes": "tensor[kept=weights]"}),
            q.Mistake("Those are weights and gradients; the optimizer keeps more than both.",
                      lambda weight_bytes, gradient_bytes: weight_bytes + gradient_bytes,
                      {"weight_bytes": "tensor[kept=weights]",
                       "gradient_bytes": "tensor[kept=gradients]"}),
            q.Mistake("{{ optimizer_width }} a parameter: either the fp32 master copy is missing, "
                      "or you counted the optimizer's state alone.",
                      lambda optimizer_bytes: optimizer_bytes),
            q.Mistake("You kept gradients in fp32; in this recipe they are bf16.",
                      lambda params, static_bytes: static_bytes + params * 2),
            q.Mistake("You kept Adam's moments in bf16 and no master copy; they are fp32.",
                      lambda params: params * 8),
            q.binary_for_decimal(),
        ),
        ("List what is kept for each parameter, and how wide each is.",
         "Weight and gradient in bf16; master copy and both moments in fp32."),
    ),
    q.Number(
        "activations", "bill", "acts[keeping=no-scores]",
        "A GPT model of {{ layers }} layers and hidden size {{ hidden }} with {{ heads }} heads "
        "trains on sequences of {{ seq }}, {{ micro_batch }} at a time. Each block saves "
        "{{ saved_width }} per token and hidden unit when attention scores are not stored. How "
        "many bytes of activations is that for the whole model?",
        {"layers": (24, 32, 40, 80), "hidden": (2048, 4096, 5120, 8192),
         "seq": (1024, 2048, 4096, 8192), "micro_batch": (1, 2, 4, 8)},
        (
            q.Mistake("You stored the attention scores as well.",
                      lambda acts_with_scores: acts_with_scores,
                      {"acts_with_scores": "acts[keeping=everything]"}),
            q.Mistake("You counted one block; there are {{ layers }}.",
                      lambda key, layers: key / layers),
            q.Mistake("That keeps each block's input only, as full recomputation does.",
                      lambda acts_full_recompute: acts_full_recompute,
                      {"acts_full_recompute": "acts[keeping=full-recomputation]"}),
            q.Mistake("{{ saved_width }} are bytes already; you counted them as bf16 values.",
                      lambda key: key * 2),
            q.Mistake("You counted one token of the sequence.", lambda key, seq: key / seq),
            q.Mistake("You split them by {{ tensor_parallel }}-way tensor parallelism, which "
                      "nobody mentioned.", lambda acts_sequence_parallel: acts_sequence_parallel,
                      {"acts_sequence_parallel": "acts[keeping=no-scores-sequence-parallel]"}),
        ),
        ("How many tokens are in flight, and how wide is each?",
         "Blocks × sequence × batch × hidden size × bytes per token and hidden unit."),
    ),
    q.Number(
        "devices", "wall", "devices_static",
        "The static state of a model of {{ params | billion }} parameters takes "
        "{{ bytes_per_param }} a parameter. How many GPUs of {{ gpu_memory }} hold it, and "
        "nothing else?",
        {"params": (32e9, 34e9, 40e9, 52e9, 66e9, 70e9, 72e9, 104e9, 123e9, 176e9, 236e9),
         "gpu_memory": (24, 40, 48, 80, 94, 141)},
        (
            q.Mistake("You rounded down: then the last bytes have no place.",
                      lambda static_bytes, gpu_memory: floor(static_bytes / gpu_memory)),
            q.Mistake("You placed the weights alone.",
                      lambda weight_bytes, gpu_memory: ceil(weight_bytes / gpu_memory),
                      {"weight_bytes": "tensor[kept=weights]"}),
            q.Mistake("You placed the optimizer's state alone.",
                      lambda optimizer_bytes, gpu_memory: ceil(optimizer_bytes / gpu_memory)),
            q.Mistake("You placed weights and gradients without the optimizer's state.",
                      lambda weight_bytes, gradient_bytes, gpu_memory:
                      ceil((weight_bytes + gradient_bytes) / gpu_memory),
                      {"weight_bytes": "tensor[kept=weights]",
                       "gradient_bytes": "tensor[kept=gradients]"}),
            q.Mistake("You ordered whole nodes; the question is how many GPUs.",
                      lambda key, gpus_per_node: ceil(key / gpus_per_node) * gpus_per_node),
        ),
        ("How many bytes is the whole state?", "Divide by one GPU's memory, and round up."),
        Exact(),
    ),
    q.Number(
        "zero-one", "parallelism", "state[layout=zero-1]",
        "{{ gpus }} train a model of {{ params | billion }} parameters with ZeRO-1: bf16 weights "
        "and gradients, fp32 master copy and moments. How much static state does each hold?",
        {"params": (7e9, 8e9, 13e9, 20e9, 30e9, 40e9, 70e9), "gpus": RANKS},
        (
            q.Mistake("You divided everything, as ZeRO-3 does.", lambda zero3_state: zero3_state,
                      {"zero3_state": "state[layout=zero-3]"}),
            q.Mistake("You divided the gradients too, as ZeRO-2 does.",
                      lambda zero2_state: zero2_state,
                      {"zero2_state": "state[layout=zero-2]"}),
            q.Mistake("You divided nothing: that is plain data parallelism.",
                      lambda ddp_state: ddp_state,
                      {"ddp_state": "state[layout=data-parallel]"}),
            q.Mistake("You left out the gradients, which stay whole.",
                      lambda params, weight_width, optimizer_width, gpus:
                      params * (weight_width + optimizer_width / gpus),
                      {"weight_width": "width[kept=weights]"}),
            q.Mistake("You divided the moments but kept the master copy whole.",
                      lambda ddp_state, params, optimizer_width, master_width, gpus:
                      ddp_state - params * (optimizer_width - master_width) * (1 - 1 / gpus),
                      {"ddp_state": "state[layout=data-parallel]",
                       "master_width": "width[kept=master-weights]"}),
            q.Mistake("You divided the optimizer's state by the GPUs of a node, not by all ranks.",
                      lambda params, weight_width, gradient_width, optimizer_width, gpus_per_node:
                      params * (weight_width + gradient_width + optimizer_width / gpus_per_node),
                      {"weight_width": "width[kept=weights]",
                       "gradient_width": "width[kept=gradients]"}),
        ),
        ("Which of weights, gradients and optimizer state does stage one divide?",
         "Weights and gradients stay whole; the optimizer's {{ optimizer_width }} are divided."),
        WithinPercent(1),
    ),
    q.Number(
        "bubble", "parallelism", "few_bubble",
        "A pipeline of {{ pipeline_parallel }} stages processes {{ few_micro_batches }} a "
        "step, forward and backward. Which share of the step does a stage wait?",
        {"pipeline_parallel": (2, 4, 8, 16), "few_micro_batches": (4, 8, 12, 16, 24, 32, 64)},
        (
            q.Mistake("That is waiting over working; the question is waiting over all.",
                      lambda pipeline_parallel, few_micro_batches:
                      (pipeline_parallel - 1) / few_micro_batches),
            q.Mistake("That is the share of useful time.", lambda key: 1 - key),
            q.Mistake("The pipeline fills in one slot fewer than it has stages.",
                      lambda pipeline_parallel, few_micro_batches:
                      pipeline_parallel / (few_micro_batches + pipeline_parallel)),
            q.Mistake("Stages over micro-batches: neither the minus one nor the fill time is "
                      "there.",
                      lambda pipeline_parallel, few_micro_batches:
                      pipeline_parallel / few_micro_batches),
            q.Mistake("You counted one slot of waiting; there is one for each stage but the first.",
                      lambda pipeline_parallel, few_micro_batches:
                      1 / (few_micro_batches + pipeline_parallel - 1)),
        ),
        ("Draw the slots of one stage: how many are idle before it starts and after it ends?",
         "Idle slots: stages minus one. All slots: micro-batches plus stages minus one."),
    ),
    q.Number(
        "all-reduce-bytes", "communication", "ar_bytes",
        "{{ gpus }} all-reduce the bf16 gradients of {{ params | billion }} parameters in a ring. "
        "How many bytes does each GPU send?",
        {"params": PARAMS, "gpus": (8, 16, 32, 64)},
        (
            q.Mistake("That is a reduce-scatter alone; the all-gather sends as much again.",
                      lambda gradient_bytes, gpus: (gpus - 1) * gradient_bytes / gpus,
                      {"gradient_bytes": "tensor[kept=gradients]"}),
            q.Mistake("That is the payload. A ring sends nearly all of it to add it up, and as "
                      "much again to hand it round.",
                      lambda gradient_bytes: gradient_bytes,
                      {"gradient_bytes": "tensor[kept=gradients]"}),
            q.Mistake("You sent the whole payload to each of the others.",
                      lambda gradient_bytes, gpus: (gpus - 1) * gradient_bytes,
                      {"gradient_bytes": "tensor[kept=gradients]"}),
            q.Mistake("You sent the whole payload in each step; a step sends one chunk of it.",
                      lambda gradient_bytes, gpus: 2 * (gpus - 1) * gradient_bytes,
                      {"gradient_bytes": "tensor[kept=gradients]"}),
            q.Mistake("You took fp32 gradients; they are bf16.", lambda key: key * 2),
            q.binary_for_decimal(),
        ),
        ("Into how many chunks is the payload cut, and how many steps does a ring take?",
         "Adding up and handing round each take one step fewer than ranks, one chunk a step."),
        WithinPercent(1),
    ),
    q.Number(
        "ring-seconds", "communication", "ar_one_port",
        "{{ gpus }} all-reduce {{ tensor[kept=gradients] }} of gradients as one ring; the slowest "
        "link "
        "carries {{ network_bandwidth }} one-way. How long does it take, latency aside?",
        {"params": (7e9, 13e9, 20e9, 30e9, 40e9, 70e9), "gpus": RANKS,
         "network_bandwidth": (12.5, 25, 50, 100)},
        (
            q.Mistake("You sent the payload in one round; another hands the sums round. (Counting "
                      "the link's rate of both directions gives the same.)",
                      lambda ar_bytes, network_bandwidth: ar_bytes / 2 / network_bandwidth),
            q.Mistake("You took the rate for gigabits; it is in gigabytes.", lambda key: key * 8),
            q.Mistake("You used NVLink's rate; the ring leaves the node.",
                      lambda ar_bytes, nvlink_bandwidth: ar_bytes / nvlink_bandwidth),
            q.Mistake("You divided by {{ gpus_per_node | bare }} ports; it is one ring through "
                      "one.",
                      lambda key, gpus_per_node: key / gpus_per_node),
            q.Mistake("You let each GPU send its payload to all the others.",
                      lambda gradient_bytes, gpus, network_bandwidth:
                      (gpus - 1) * gradient_bytes / network_bandwidth,
                      {"gradient_bytes": "tensor[kept=gradients]"}),
        ),
        ("How many bytes does each GPU send?", "Divide them by the rate of the slowest link."),
    ),
    q.Number(
        "idle-cost", "gang", "deadlock_cost",
        "{{ rival_jobs | Words }} deadlock: together they hold {{ free_gpus }} and none can start. "
        "What does that cost in {{ one_hour }}, at {{ price }}?",
        {"free_gpus": (48, 64, 96, 128, 192, 256), "one_hour": (1, 2, 4, 6, 8, 12, 24),
         "price": (2, 2.5, 3, 4)},
        (
            q.half("You paid for one of the jobs."),
            q.Mistake("Those are GPU-hours; multiply them by the price.",
                      lambda free_gpus, one_hour: free_gpus * one_hour / 3600),
            q.Mistake("You paid for one GPU.", lambda one_hour, price: one_hour * price),
            q.Mistake("You paid for {{ gpus }}, what one job wants; what is held is "
                      "{{ free_gpus }}.",
                      lambda gpus, one_hour, price: gpus * one_hour * price),
            q.Mistake("You paid for nodes; the price is for a GPU-hour.",
                      lambda key, gpus_per_node: key / gpus_per_node),
        ),
        ("Which GPUs are paid for while nobody computes?",),
        WithinPercent(1),
    ),
    q.Number(
        "decode-step", "inference", "decode[batching=one]",
        "One request decodes on a GPU with {{ memory_bandwidth }} of memory bandwidth and "
        "{{ peak_flops }} dense in bf16. The model has {{ small_params | billion }} parameters of "
        "{{ width[kept=weights] }}. How long does one token take at best, the cache aside?",
        {"small_params": (1e9, 3e9, 7e9, 8e9, 13e9, 20e9),
         "gpu": ("H100 SXM", "H200 SXM", "A100 80GB SXM", "L40S", "MI300X")},
        (
            q.Mistake("You divided FLOPs by the peak; at a batch of one the weights' bytes decide.",
                      lambda small_params, peak_flops: 2 * small_params / peak_flops),
            q.Mistake("You read fp32 weights; they are bf16.", lambda key: key * 2),
            q.half("You read one byte a weight; bf16 takes {{ width[kept=weights] }}."),
            q.Mistake("You used the link between GPUs; the weights come from the GPU's own memory.",
                      lambda small_weights, nvlink_bandwidth: small_weights / nvlink_bandwidth),
            q.bits_for_bytes(),
        ),
        ("What must be read from memory for each token?",
         "All weights, once: their bytes over the memory bandwidth."),
    ),
    q.Number(
        "decode-throughput", "inference", "throughput[batching=many]",
        "A GPU ({{ memory_bandwidth }}, {{ peak_flops }} dense in bf16) decodes "
        "{{ batch[batching=many] }} requests together, a model of {{ small_params | billion }} "
        "parameters in "
        "bf16. How many tokens a second does it give in all, the cache aside?",
        {"small_params": (3e9, 7e9, 8e9, 13e9, 20e9), "batch.many": (4, 8, 16, 32, 64),
         "gpu": ("H100 SXM", "H200 SXM", "A100 80GB SXM")},
        (
            q.Mistake("That is the rate of one request; {{ batch[batching=many] }} advance in each "
                      "step.",
                      lambda key, batch_many: key / batch_many,
                      {"batch_many": "batch[batching=many]"}),
            q.Mistake("That is the compute bound; this batch is still bound by memory.",
                      lambda peak_flops, small_params: peak_flops / (2 * small_params)),
            q.half("You read fp32 weights; they are bf16."),
            q.twice("You read one byte a weight; bf16 takes {{ width[kept=weights] }}."),
            q.Mistake("You multiplied by the batch once more: the step gets no faster with it.",
                      lambda key, batch_many: key * batch_many,
                      {"batch_many": "batch[batching=many]"}),
        ),
        ("Does reading the weights take longer for a batch than for one request?",
         "Batch over the time of one step; the step reads the weights once."),
    ),
    q.Number(
        "mfu", "mfu", "logged_mfu",
        "A log says {{ logged_rate }} on {{ gpus }} of {{ peak_flops }} dense each. Training takes "
        "{{ train_flops }}. What is the MFU?",
        {"logged_rate": (30000, 35000, 40000, 45000, 50000, 60000, 70000),
         "gpus": (48, 56, 64, 80, 96, 128), "params": (40e9, 50e9, 60e9, 70e9)},
        (
            q.half("You divided by the sparse peak, {{ sparsity_factor | times }} the dense one."),
            q.Mistake("You counted a forward pass only; backward costs even more.",
                      lambda key: key / 3),
            q.Mistake("That is HFU with full recomputation; MFU leaves recomputed work out.",
                      lambda key: key * 4 / 3),
            q.Mistake("You divided by one GPU's peak; there are {{ gpus }}.",
                      lambda key, gpus: key * gpus),
            q.Mistake("You divided by the peaks of the nodes, not of the GPUs.",
                      lambda key, gpus_per_node: key * gpus_per_node),
        ),
        ("FLOP/s that the model needed, over FLOP/s that the GPUs could do.",
         "Tokens a second × FLOPs a token, over GPUs × peak."),
    ),
    q.Number(
        "checkpoint-write", "preemption", "write[tier=parallel-file-system]",
        "A checkpoint holds the bf16 weights and the fp32 optimizer state (master copy "
        "and moments) of {{ params | billion }} parameters. How long does it take to write at "
        "{{ fs_bandwidth }} for the whole job?",
        {"params": PARAMS, "fs_bandwidth": (5, 10, 20, 40)},
        (
            q.Mistake("You wrote the weights alone: nobody can resume from that.",
                      lambda weight_bytes, fs_bandwidth: weight_bytes / fs_bandwidth,
                      {"weight_bytes": "tensor[kept=weights]"}),
            q.Mistake("You wrote the gradients as well; the next step makes them anew.",
                      lambda static_bytes, fs_bandwidth: static_bytes / fs_bandwidth),
            q.Mistake("You left out the weights.",
                      lambda optimizer_bytes, fs_bandwidth: optimizer_bytes / fs_bandwidth),
            q.Mistake("You divided by the nodes; {{ fs_bandwidth }} is the rate of all together.",
                      lambda key, node_count: key / node_count),
            q.Mistake("You took the rate for gigabits; it is in gigabytes.", lambda key: key * 8),
        ),
        ("What must a run find again to continue as if nothing had happened?",
         "Weights and optimizer state, {{ width[kept=weights] }} and {{ optimizer_width }} a "
         "parameter."),
    ),
    q.Number(
        "young", "preemption", "young[tier=parallel-file-system]",
        "Writing a checkpoint takes {{ write[tier=parallel-file-system] }}; preemptions come "
        "every {{ mtbf }} on average. "
        "How far apart should checkpoints be, by Young's rule?",
        {"params": (30e9, 40e9, 70e9, 120e9), "fs_bandwidth": (5, 10, 20, 40),
         "mtbf": (4, 6, 8, 12, 24, 48)},
        (
            q.Mistake("The factor under the root is missing.",
                      lambda fs_write, mtbf: sqrt(fs_write * mtbf),
                      {"fs_write": "write[tier=parallel-file-system]"}),
            q.Mistake("The factor belongs under the root.",
                      lambda fs_write, mtbf: 2 * sqrt(fs_write * mtbf),
                      {"fs_write": "write[tier=parallel-file-system]"}),
            q.Mistake("You multiplied the mean time by the number of nodes; it is the job's "
                      "already.",
                      lambda fs_write, mtbf, node_count: sqrt(2 * fs_write * mtbf * node_count),
                      {"fs_write": "write[tier=parallel-file-system]"}),
            q.Mistake("That comes from the mean time alone; the time of a write belongs in it.",
                      lambda mtbf: mtbf / 2),
            q.Mistake("You divided the mean time by the number of nodes; it is the job's already.",
                      lambda fs_write, mtbf, node_count: sqrt(2 * fs_write * mtbf / node_count),
                      {"fs_write": "write[tier=parallel-file-system]"}),
        ),
        ("One part of the waste falls with the interval, another rises with it.",
         "It is `sqrt(2 * d * M)`: d the time of a write, M the mean time between preemptions."),
    ),
    q.Number(
        "waste", "preemption", "chosen_waste[tier=parallel-file-system]",
        "A job writes a checkpoint of {{ write[tier=parallel-file-system] }} every "
        "{{ chosen_interval }}; preemptions come "
        "every {{ mtbf }} on average. To first order, which share of the time is wasted?",
        {"params": (40e9, 70e9, 120e9), "fs_bandwidth": (5, 10, 20),
         "chosen_interval": (10, 15, 20, 30, 45, 60, 90), "mtbf": (4, 6, 8, 12, 24)},
        (
            q.Mistake("You counted the writes alone; a preemption loses work too.",
                      lambda fs_write, chosen_interval: fs_write / chosen_interval,
                      {"fs_write": "write[tier=parallel-file-system]"}),
            q.Mistake("You counted the lost work alone; the writes cost time too.",
                      lambda chosen_interval, mtbf: chosen_interval / (2 * mtbf)),
            q.Mistake("A preemption comes in the middle of an interval on average, not at its end.",
                      lambda fs_write, chosen_interval, mtbf:
                      fs_write / chosen_interval + chosen_interval / mtbf,
                      {"fs_write": "write[tier=parallel-file-system]"}),
            q.Mistake("You took the mean of writes and lost work; they add up.",
                      lambda key: key / 2),
            q.Mistake("You divided the write by the mean time; it is paid once an interval.",
                      lambda fs_write, chosen_interval, mtbf:
                      fs_write / mtbf + chosen_interval / (2 * mtbf),
                      {"fs_write": "write[tier=parallel-file-system]"}),
        ),
        ("One write an interval; and how much work does a preemption lose on average?",
         "It is `d / t + t / (2 * M)`: d the write, t the interval, M the mean time."),
    ),
    q.Number(
        "notice-rate", "preemption", "rate_for_notice",
        "The platform gives {{ short_notice }} of notice. At which rate must all nodes together "
        "write to save the bf16 weights and fp32 optimizer state of {{ params | billion }} "
        "parameters in that time?",
        {"params": PARAMS, "short_notice": (15, 20, 30, 60, 120)},
        (
            q.Mistake("You saved the weights alone.",
                      lambda weight_bytes, short_notice: weight_bytes / short_notice,
                      {"weight_bytes": "tensor[kept=weights]"}),
            q.Mistake("You saved the gradients as well; the next step makes them anew.",
                      lambda static_bytes, short_notice: static_bytes / short_notice),
            q.Mistake("That is one node's share of it.", lambda key, node_count: key / node_count),
            q.Mistake("You counted bits; the rate is asked in bytes.", lambda key: key * 8),
            q.Mistake("That is the amount to save; divide it by the notice.",
                      lambda checkpoint: checkpoint),
        ),
        ("How large is the checkpoint?", "Its bytes over the notice."),
    ),
    q.Number(
        "per-gpu", "chain", "memory_per_gpu[layout=zero-3]",
        "Under ZeRO-3, {{ gpus }} train {{ params | billion }} parameters of "
        "{{ bytes_per_param }} each. A GPU also needs {{ zero3_gathered }} for gathered layers, "
        "{{ acts_data_parallel }} of activations and {{ reserved }} for the runtime. How much "
        "memory is that a GPU?",
        {"params": (30e9, 40e9, 70e9, 120e9), "gpus": (16, 32, 64, 128),
         "seq": (2048, 4096, 8192)},
        (
            q.Mistake("That is the shard alone.", lambda zero3_state: zero3_state,
                      {"zero3_state": "state[layout=zero-3]"}),
            q.Mistake("The gathered layers are missing: a layer must be whole while it computes.",
                      lambda key, zero3_gathered: key - zero3_gathered),
            q.Mistake("The runtime's share is missing.", lambda key, reserved: key - reserved),
            q.Mistake("The activations are missing.",
                      lambda key, acts_data_parallel: key - acts_data_parallel),
            q.Mistake("You took ZeRO-1's state; ZeRO-3 divides weights and gradients as well.",
                      lambda key, zero3_state, zero1_state: key - zero3_state + zero1_state,
                      {"zero3_state": "state[layout=zero-3]",
                       "zero1_state": "state[layout=zero-1]"}),
        ),
        ("How much of the static state is one GPU's shard?", "Add it to what else a GPU needs."),
    ),
)  # fmt: skip

FORMULAS = (
    q.Formula(
        "zero-one-formula", "parallelism",
        "Write the static bytes of one GPU under ZeRO-1.",
        lambda params, weight_bytes, gradient_bytes, optimizer_bytes, ranks:
        params * (weight_bytes + gradient_bytes + optimizer_bytes / ranks),
        {"N": q.Symbol("params", "parameters", 1e6, 1e12),
         "w": q.Symbol("weight_bytes", "bytes of a weight", 1, 4),
         "g": q.Symbol("gradient_bytes", "bytes of a gradient", 1, 4),
         "o": q.Symbol("optimizer_bytes", "optimizer's bytes a parameter", 4, 16),
         "n": q.Symbol("ranks", "data-parallel ranks", 2, 1024)},
        (
            q.Mistake("That is ZeRO-2: it divides the gradients too.",
                      lambda params, weight_bytes, gradient_bytes, optimizer_bytes, ranks:
                      params * (weight_bytes + (gradient_bytes + optimizer_bytes) / ranks)),
            q.Mistake("That is ZeRO-3: it divides everything.",
                      lambda params, weight_bytes, gradient_bytes, optimizer_bytes, ranks:
                      params * (weight_bytes + gradient_bytes + optimizer_bytes) / ranks),
            q.Mistake("That divides nothing: plain data parallelism.",
                      lambda params, weight_bytes, gradient_bytes, optimizer_bytes:
                      params * (weight_bytes + gradient_bytes + optimizer_bytes)),
        ),
        ("Which of the widths is divided by the ranks?",),
    ),
    q.Formula(
        "all-reduce-formula", "communication",
        "Write the bytes that each GPU sends in a ring all-reduce.",
        communication.all_reduce_bytes,
        {"S": q.Symbol("payload_bytes", "payload, bytes", 1, 1e12),
         "n": q.Symbol("ranks", "ranks of the ring", 2, 1024)},
        (
            q.Mistake("That is one round of it: a reduce-scatter or an all-gather.",
                      communication.all_gather_bytes),
            q.Mistake("Each of the steps sends one chunk of the payload, an n-th, not all of it.",
                      lambda payload_bytes, ranks: 2 * (ranks - 1) * payload_bytes),
            q.Mistake("A ring takes one step fewer than it has ranks.",
                      lambda payload_bytes, ranks: 2 * payload_bytes),
        ),
        ("Adding up, then handing round: how many steps each, and how large is a chunk?",),
    ),
    q.Formula(
        "bubble-formula", "parallelism",
        "Write the share of a step that a pipeline's stage waits.",
        parallelism.bubble_fraction,
        {"p": q.Symbol("stages", "stages", 2, 64),
         "m": q.Symbol("micro_batches", "micro-batches a step", 1, 256)},
        (
            q.Mistake("That is waiting over working, not over all.",
                      lambda stages, micro_batches:
                      (stages - 1) / micro_batches),
            q.Mistake("That is the useful share.",
                      lambda stages, micro_batches:
                      micro_batches / (micro_batches + stages - 1)),
            q.Mistake("The pipeline fills in one slot fewer than it has stages.",
                      lambda stages, micro_batches:
                      stages / (micro_batches + stages)),
        ),
        ("Idle slots over all slots of one stage.",),
    ),
    q.Formula(
        "young-formula", "preemption",
        "Write Young's interval between checkpoints.",
        checkpointing.young_interval_seconds,
        {"d": q.Symbol("write_seconds", "time of a write", 1, 1000),
         "M": q.Symbol("mtbf", "mean time between preemptions", 1000, 1000000)},
        (
            q.Mistake("The factor under the root is missing: on average a preemption comes in the "
                      "middle of an interval, not at its end.",
                      lambda write_seconds, mtbf: sqrt(write_seconds * mtbf)),
            q.Mistake("The factor belongs under the root.",
                      lambda write_seconds, mtbf: 2 * sqrt(write_seconds * mtbf)),
            q.Mistake("The root is missing.", lambda write_seconds, mtbf: 2 * write_seconds * mtbf),
            q.Mistake("That is Daly's interval, the next order.",
                      checkpointing.daly_interval_seconds),
        ),
        ("Add the writes' share of the time to the share that preemptions lose; minimise it.",),
        level="senior",
    ),
    q.Formula(
        "mfu-formula", "mfu",
        "Write the MFU of a run from its log.",
        compute.model_flops_utilization,
        {"r": q.Symbol("tokens_per_second", "tokens a second, all GPUs", 1, 1e6),
         "f": q.Symbol("flops_per_token", "training FLOPs a token", 1e9, 1e12),
         "n": q.Symbol("gpus", "GPUs", 1, 1024),
         "F": q.Symbol("peak_flops", "dense peak of a GPU, FLOP/s", 1e14, 1e16)},
        (
            q.Mistake("You forgot that all n GPUs could have computed.",
                      lambda tokens_per_second, flops_per_token, gpus, peak_flops:
                      tokens_per_second * flops_per_token / peak_flops),
            q.Mistake("It is upside down.",
                      lambda tokens_per_second, flops_per_token, gpus, peak_flops:
                      gpus * peak_flops / (tokens_per_second * flops_per_token)),
        ),
        ("What the model needed over what the GPUs could do.",),
    ),
)  # fmt: skip

PICKED = (
    q.Choice(
        "zero-two-wall", "parallelism",
        "Why does ZeRO-2 not bring Atlas-70B under the {{ gpu_memory }} of one GPU, with any "
        "number of GPUs?",
        (
            q.Option("It keeps the weights whole: {{ tensor[kept=weights] }} on each GPU.",
                     "ZeRO-2 divides gradients and optimizer state; the weights alone exceed one "
                     "GPU.", right=True),
            q.Option("It keeps the gradients whole.", "That is ZeRO-1; ZeRO-2 divides them."),
            q.Option("Its communication grows with the number of GPUs.",
                     "Bytes sent by a GPU hardly grow with the ranks, and the question is memory."),
            q.Option("Activations grow with the number of GPUs.",
                     "Each GPU keeps those of its own micro-batch; ranks do not change that."),
        ),
        ("What does each stage divide?",),
    ),
    q.Choice(
        "local-flush", "preemption",
        "On SIGTERM each node writes its share to its own NVMe within the notice. Why is the job "
        "still not safe?",
        (
            q.Option("The disks leave with the preempted nodes.",
                     "A local flush dies with the node; what survives must leave it, or a copy "
                     "must.",
                     right=True),
            q.Option("NVMe is too slow for the notice.",
                     "All nodes together write {{ tier_rate[tier=node-local-nvme] }}: "
                     "{{ write[tier=node-local-nvme] }}, in time."),
            q.Option("A shard cannot be read by another node.",
                     "A sharded checkpoint can be read, and resharded, anywhere its files are."),
            q.Option("SIGTERM cannot be caught.",
                     "SIGTERM can; SIGKILL, which follows it, cannot."),
        ),
        ("Where are those disks after the notice?",),
    ),
    q.Choice(
        "utilization", "mfu",
        "The dashboard shows the GPUs nearly fully utilized, the log an MFU close to nothing. How "
        "can both be true?",
        (
            q.Option("Utilization says that some kernel was running, not how much it computed.",
                     "A kernel bound by memory, or a tiny one, keeps the GPU busy and its units "
                     "idle.", right=True),
            q.Option("MFU counts idle GPUs, utilization does not.",
                     "Both look at the job's GPUs; an idle one lowers both."),
            q.Option("MFU is measured against the sparse peak.",
                     "It should not be; and that explains a factor of "
                     "{{ sparsity_factor | bare }}, no more."),
            q.Option("Utilization includes recomputation and MFU does not.",
                     "True of HFU against MFU, but it explains {{ hfu }} for {{ mfu }}, no more."),
        ),
    ),
    q.Choice(
        "tensor-parallel-where", "communication",
        "Why is tensor parallelism kept inside a node?",
        (
            q.Option("It all-reduces activations in every layer, and waits for each of them.",
                     "Over the network the same traffic takes "
                     "{{ sending[traffic=tensor-parallel-network] }} a step "
                     "instead of {{ sending[traffic=tensor-parallel] }}.", right=True),
            q.Option("It needs shared memory between the GPUs.",
                     "It needs messages only; they could cross any network, slowly."),
            q.Option("It moves all weights in every step.",
                     "ZeRO-3 does that; tensor parallelism moves activations."),
            q.Option("Only the GPUs of one node have the same weights.",
                     "They have different slices of the weights; that is the point of it."),
        ),
    ),
    q.Choice(
        "gang-why", "gang",
        "{{ rival_jobs | Words }} that want {{ gpus }} each arrive at a cluster with "
        "{{ free_gpus }} free. What does gang scheduling change?",
        (
            q.Option("A job gets all its GPUs at once or none, so one of them starts.",
                     "Worker by worker both come to hold {{ held }} and wait for ever.",
                     right=True),
            q.Option("Both jobs run, each on fewer GPUs.",
                     "That is elastic training, another design; a gang is all or nothing."),
            q.Option("The second job takes GPUs from the first.",
                     "That is preemption; it needs priorities, and a job that survives it."),
            q.Option("GPUs are shared in time between the jobs.",
                     "The states of both jobs do not fit in one GPU's memory."),
        ),
    ),
    q.Order(
        "sigterm-path", "preemption",
        "Bring the path from SIGTERM to the resumed run into order.",
        (
            "The handler sets a flag and returns.",
            "The training loop finishes its step and sees the flag.",
            "Every rank writes its shard under a temporary name.",
            "Files are flushed to storage and renamed to their final names.",
            "A marker is written that says the checkpoint is complete.",
            "The process exits before the notice ends.",
            "The new run looks for the newest complete checkpoint.",
            "It restores weights, optimizer, random states and the position in the data.",
        ),
        "Nothing counts as saved until every shard is durable, and the marker comes last: a kill "
        "at any moment leaves either the old checkpoint or the new one.",
        ("When may a reader of the folder trust what is in it?",),
        level="senior",
    ),
    q.Open(
        "design-spot", "chain",
        "Your team must train Atlas-70B on {{ gpus }} of spot capacity. Design it so that an "
        "eviction costs minutes. Answer aloud, with numbers.",
        {
            "mid": (
                "States the static bill: {{ bytes_per_param }} a parameter, "
                "{{ static_bytes | TB 2 }}.",
                "Chooses a split that fits ({{ memory_per_gpu[layout=zero-3] }} a GPU under "
                "ZeRO-3) and says why "
                "ZeRO-2 does not.",
                "Names what a checkpoint must hold, and its size ({{ checkpoint }}).",
                "Catches SIGTERM and resumes from the newest complete checkpoint.",
            ),
            "senior": (
                "Derives the interval from write time and mean time between preemptions "
                "({{ young[tier=parallel-file-system] }} at {{ mtbf }}).",
                "Computes the waste at that interval and says what the first order leaves out.",
                "Checks each storage tier against the notice, and says what dies with the node.",
                "Counts what ZeRO-3 sends in a step and whether it hides behind computing.",
            ),
            "staff": (
                "Treats the mean time as the job's, falling with the number of nodes, and plans "
                "for correlated evictions.",
                "Asks for gang scheduling and topology-aware placement, with what each is worth.",
                "Compares the cost per useful token of spot and reserved capacity, restarts "
                "included.",
                "Tests the resume path by killing runs on purpose, before the first real one.",
            ),
        },
        ("Start with the bill, end with the money.",),
        level="staff",
    ),
    q.Open(
        "explain-mfu", "mfu",
        "Explain to a finance partner why {{ gpus }} at full “utilization” train only "
        "{{ rate }}.",
        {
            "mid": (
                "Defines MFU: FLOPs that the model needs over what the hardware could do.",
                "Says that utilization counts time with any kernel running.",
            ),
            "senior": (
                "Names where the rest goes: communication, memory-bound kernels, bubbles, "
                "recomputation.",
                "Uses the dense peak and says why the data sheet's larger number is no target.",
            ),
            "staff": (
                "Turns it into money: cost of a token at this MFU and at a better one.",
                "Says which of the losses is worth attacking first, and how that would be seen.",
            ),
        },
    ),
)  # fmt: skip

QUESTIONS: tuple[q.Question, ...] = (*NUMBERS, *FORMULAS, *PICKED)
