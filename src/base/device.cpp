#include "base/device.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <vector>

#include "base/env.h"
#include "base/error.h"
#include "base/thread_pool.h"

namespace rt3d {
namespace {

struct IsaRow {
  Isa isa;
  std::string_view name;
  int lanes;
  int vectors;
};
constexpr std::array<IsaRow, 4> kIsas{{{Isa::none, "none", 1, 0},
                                       {Isa::avx2, "avx2", 8, 16},
                                       {Isa::avx512, "avx512", 16, 32},
                                       {Isa::neon, "neon", 4, 32}}};

const IsaRow& row(Isa isa) { return kIsas[static_cast<std::size_t>(isa)]; }

Isa best_isa() {
#if defined(__x86_64__)
  if (isa_runs_here(Isa::avx512)) return Isa::avx512;
  if (isa_runs_here(Isa::avx2)) return Isa::avx2;
  return Isa::none;
#elif defined(__aarch64__)
  return Isa::neon;
#else
  return Isa::none;
#endif
}

// The first value in /proc/cpuinfo whose key starts with `key`.
std::string cpuinfo(std::string_view key) {
  std::ifstream file("/proc/cpuinfo");
  file.exceptions(std::ios_base::badbit);  // no memory for a line is not the end of the file
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (line.rfind(key, 0) != 0 || colon == std::string::npos || colon + 2 > line.size()) continue;
    return line.substr(colon + 2);
  }
  return {};
}

std::string cpu_name() {
  if (std::string name = cpuinfo("model name"); !name.empty()) return name;
  const std::string cores = cores_text(cores_here());
  return cores.empty() ? "unknown CPU" : cores;
}

// The first core out of those that decide: big ones, which do most of the work.
std::size_t deciding_core() {
  const std::vector<CoreDesign>& cores = cores_here();
  for (std::size_t cpu = 0; cpu < cores.size(); ++cpu)
    if (cores[cpu].kind() == CoreKind::big) return cpu;
  return 0;
}

// Size of the data cache of `level` from sysfs ("48K"), or the fallback.
std::int64_t cache_bytes(int level, std::int64_t fallback) {
  const std::size_t cpu = deciding_core();
  for (int index = 0; index < 8; ++index) {
    const std::string folder = cat("/sys/devices/system/cpu/cpu", cpu, "/cache/index", index, "/");
    int found = 0;
    std::string type;
    std::int64_t size = 0;
    char unit = 0;
    if (!(std::ifstream(folder + "level") >> found)) break;
    std::ifstream type_file(folder + "type");
    type_file.exceptions(std::ios_base::badbit);
    type_file >> type;
    std::ifstream(folder + "size") >> size >> unit;
    if (found == level && type != "Instruction" && size > 0)
      return size * (unit == 'M' ? 1 << 20 : unit == 'K' ? 1 << 10 : 1);
  }
  return fallback;
}

Device detect() {
  Device device;
  device.name = cpu_name();
  device.isa = forced_isa().value_or(best_isa());
  device.cores = usable_cores();
  device.features = features_here();
  device.l1d_bytes = cache_bytes(1, device.l1d_bytes);
  device.l2_bytes = cache_bytes(2, device.l2_bytes);
  device.l3_bytes = cache_bytes(3, device.l3_bytes);
  return device;
}

}  // namespace

std::string_view isa_name(Isa isa) { return row(isa).name; }
int isa_lanes(Isa isa) { return row(isa).lanes; }
int isa_vectors(Isa isa) { return row(isa).vectors; }

Isa parse_isa(std::string_view name) {
  for (const IsaRow& r : kIsas)
    if (r.name == name) return r.isa;
  fail(Code::invalid_argument, "unknown instruction set '", name, "'; known: none avx2 avx512 neon");
}

std::optional<Isa> forced_isa() {
  const std::string forced = env(EnvSwitch::isa);
  if (forced.empty()) return {};
  const Isa isa = parse_isa(forced);
  if (!isa_runs_here(isa))
    fail(Code::unsupported, "RT3D_ISA='", forced, "': this CPU cannot run such code; its best is ",
         isa_name(best_isa()));
  return isa;
}

bool isa_runs_here(Isa isa) {
  if (isa == Isa::none) return true;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == Isa::avx2) return avx2;
  if (isa == Isa::avx512)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  return false;
#elif defined(__aarch64__)
  return isa == Isa::neon;
#else
  return false;
#endif
}

std::string Device::fingerprint() const {
  if (accelerator) return accelerator->fingerprint();
  std::string text = cat(isa_name(isa), "/", name, "/l1=", l1d_bytes >> 10, "K/l2=", l2_bytes >> 10,
                         "K/l3=", l3_bytes >> 10, "K");
  for (char& c : text)
    if (c == ' ') c = '_';
  return text;
}

std::optional<Device> device_of(std::string_view fingerprint) {
  std::vector<std::string_view> fields;
  for (std::string_view rest = fingerprint;;) {
    const std::size_t slash = rest.find('/');
    fields.push_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  constexpr Isa kIsas[] = {Isa::avx2, Isa::avx512, Isa::neon};
  const auto isa = std::ranges::find(kIsas, fields[0], isa_name);
  if (isa == std::end(kIsas) || fields.size() != 5) return std::nullopt;
  Device device;
  device.isa = *isa;
  device.name = fields[1];
  device.features = {.fp16 = *isa == Isa::neon, .dotprod = *isa == Isa::neon};
  std::int64_t* const caches[] = {&device.l1d_bytes, &device.l2_bytes, &device.l3_bytes};
  constexpr std::string_view kNames[] = {"l1=", "l2=", "l3="};
  for (std::size_t i = 0; i < 3; ++i) {
    std::string_view text = fields[i + 2];
    if (!text.starts_with(kNames[i]) || !text.ends_with('K')) return std::nullopt;
    text.remove_prefix(kNames[i].size());
    text.remove_suffix(1);
    std::int64_t kib = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), kib);
    if (error != std::errc() || end != text.data() + text.size() || kib < 0 || kib >> 40 != 0)
      return std::nullopt;
    *caches[i] = kib << 10;
  }
  return device;
}

std::string Device::text() const {
  if (accelerator) return accelerator->text();
  const auto kib = [](std::int64_t bytes) { return cat(bytes >> 10, " KiB"); };
  return cat(name, ", ", isa_name(isa), features.fp16 ? " fp16" : "", features.dotprod ? " dotprod" : "",
             ", ", cores, cores == 1 ? " core" : " cores", ", L1d ", kib(l1d_bytes), ", L2 ", kib(l2_bytes),
             ", L3 ", kib(l3_bytes));
}

const Device& this_device() {
  static const Device device = detect();
  return device;
}

Device device_with(Isa isa) {
  if (!isa_runs_here(isa))
    fail(Code::unsupported, "this CPU cannot run ", isa_name(isa), " code; ask for ", isa_name(best_isa()),
         ", its best, or leave the choice to RT3D");
  Device device = this_device();
  device.isa = isa;
  return device;
}

}  // namespace rt3d
