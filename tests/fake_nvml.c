/* A libnvidia-ml.so.1 with NVIDIA's ABI (nvml.h of CUDA 12/13) and no card behind it, for tests of what asks NVML.
 *
 * FAKE_NVML_ERROR=N   nvmlInit returns N
 * FAKE_NVML_LOST=1    the handle cannot be had: GPU_IS_LOST
 * FAKE_NVML_HANG=1    nvmlInit does not return
 * FAKE_NVML_CARDS=N   how many cards there are (1)
 * FAKE_NVML_SLOWED=N  the mask of what holds the clocks back (0)
 * FAKE_NVML_PIDS=A:B  processes that compute, each with 1 GiB; the first one draws too, with 2 GiB
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OK = 0, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, GPU_IS_LOST = 15 };
typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned pid; unsigned long long used; unsigned gpu_instance, compute_instance; } process_t;
typedef struct { unsigned gpu, memory; } utilisation_t;

static int number(const char *name, int otherwise) { const char *t = getenv(name); return t ? atoi(t) : otherwise; }

int nvmlInitWithFlags(unsigned flags) {
  while (number("FAKE_NVML_HANG", 0)) pause();
  return number("FAKE_NVML_ERROR", OK);
}
int nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(int code) {
  return code == 18 ? "Driver/library version mismatch" : code == GPU_IS_LOST ? "GPU is lost" : "Unknown Error";
}
int nvmlSystemGetDriverVersion(char *text, unsigned size) { snprintf(text, size, "580.82.09"); return OK; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = (unsigned)number("FAKE_NVML_CARDS", 1); return OK; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) {
  if (number("FAKE_NVML_LOST", 0)) return GPU_IS_LOST;
  *handle = (void *)(size_t)(index + 1);
  return OK;
}
int nvmlDeviceGetName(void *handle, char *text, unsigned size) {
  snprintf(text, size, (size_t)handle == 1 ? "NVIDIA GeForce RTX 2070 SUPER" : "NVIDIA T400");
  return OK;
}
int nvmlDeviceGetUUID(void *handle, char *text, unsigned size) {
  snprintf(text, size, "GPU-%08x-0000", (unsigned)(size_t)handle);
  return OK;
}
int nvmlDeviceGetMemoryInfo(void *handle, memory_t *memory) {
  memory->total = 8ULL << 30;
  memory->used = 3ULL << 30;
  memory->free = 5ULL << 30;
  return OK;
}
int nvmlDeviceGetCudaComputeCapability(void *handle, int *major, int *minor) { *major = 7; *minor = 5; return OK; }
int nvmlDeviceGetDisplayActive(void *handle, unsigned *active) { *active = 1; return OK; }
int nvmlDeviceGetUtilizationRates(void *handle, utilisation_t *rates) { rates->gpu = 42; rates->memory = 7; return OK; }
int nvmlDeviceGetTemperature(void *handle, unsigned sensor, unsigned *celsius) { *celsius = 61; return OK; }
int nvmlDeviceGetTemperatureThreshold(void *handle, unsigned which, unsigned *celsius) { *celsius = 93; return OK; }
int nvmlDeviceGetPowerUsage(void *handle, unsigned *milliwatts) { return NOT_SUPPORTED; }
int nvmlDeviceGetEnforcedPowerLimit(void *handle, unsigned *milliwatts) { *milliwatts = 215000; return OK; }
int nvmlDeviceGetCurrentClocksThrottleReasons(void *handle, unsigned long long *reasons) {
  *reasons = number("FAKE_NVML_SLOWED", 0);
  return OK;
}

static int list(unsigned *count, process_t *processes, unsigned most, unsigned long long each) {
  char text[256];
  unsigned found = 0, room = *count;
  snprintf(text, sizeof text, "%s", getenv("FAKE_NVML_PIDS") ? getenv("FAKE_NVML_PIDS") : "");
  for (char *word = strtok(text, ":"); word && found < most; word = strtok(NULL, ":"), found++)
    if (processes && found < room) processes[found] = (process_t){(unsigned)atoi(word), each, 0, 0};
  *count = found;
  return found > room ? INSUFFICIENT_SIZE : OK;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *handle, unsigned *count, process_t *processes) {
  return list(count, processes, 16, 1ULL << 30);
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *handle, unsigned *count, process_t *processes) {
  return list(count, processes, 1, 2ULL << 30);
}
