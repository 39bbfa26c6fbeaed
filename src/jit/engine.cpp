#include "jit/engine.h"

#include <asmjit/core.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "base/env.h"
#include "base/error.h"
#include "jit/asm_asmjit.h"
#include "jit/perf.h"

namespace rt3d::jit {
namespace {

class Throw final : public asmjit::ErrorHandler {
 public:
  void handleError(asmjit::Error, const char* message, asmjit::BaseEmitter*) override {
    fail(Code::internal, "code generation: ", message);
  }
  using Code = rt3d::Code;
};

asmjit::Environment environment(Isa isa) {
  asmjit::Environment e = asmjit::Environment::host();
  e.setArch(isa == Isa::neon ? asmjit::Arch::kAArch64 : asmjit::Arch::kX64);
  return e;
}

// Runs the generator between entry and exit of the function.
void emit(asmjit::CodeHolder& code, Isa isa, const Generator& body) {
  const std::unique_ptr<FunctionAsm> as = isa == Isa::neon ? make_a64(isa, code) : make_x64(isa, code);
  as->enter();
  body(*as);
  as->leave();
}

asmjit::JitRuntime& runtime() {
  static asmjit::JitRuntime* const instance = [] {
    asmjit::JitAllocator::CreateParams params{};
    params.options =
        asmjit::JitAllocatorOptions::kUseDualMapping | asmjit::JitAllocatorOptions::kFillUnusedMemory;
    params.blockSize = 1 << 20;
    return new asmjit::JitRuntime(&params);  // never destroyed: code may run while the process exits
  }();
  return *instance;
}

std::atomic<std::size_t> live_bytes{0};

class OwnedCode final : public Code {
 public:
  OwnedCode(const std::string& name, Isa isa, const Generator& body) {
    Throw errors;
    asmjit::CodeHolder holder;
    holder.init(runtime().environment());
    holder.setErrorHandler(&errors);
    asmjit::StringLogger logger;
    if (dump_enabled()) {
      logger.addFlags(asmjit::FormatFlags::kMachineCode);
      holder.setLogger(&logger);
    }
    emit(holder, isa, body);
    if (const asmjit::Error error = runtime().add(&entry_, &holder); error != asmjit::kErrorOk)
      fail(rt3d::Code::device,
           "the system refuses executable memory: ", asmjit::DebugUtils::errorAsString(error));
    bytes_ = holder.codeSize();
    live_bytes += bytes_;
    if (dump_enabled()) dump_text(name + ".s", std::string(logger.data(), logger.dataSize()));
    announce_to_perf(name, entry_, bytes_);
  }
  ~OwnedCode() override {
    live_bytes -= bytes_;
    // qemu-aarch64 7.2 goes on running its translation of what was at an address earlier: it notices writes
    // there, but code is written through another mapping, and it ignores the cache maintenance that says so.
    if (env(EnvSwitch::keep_code).empty()) runtime().release(entry_);
  }
};

// A slot per name: whoever comes first generates, others wait for it. Slots forget code that nobody holds any
// more.
class Cache {
 public:
  std::shared_ptr<const Code> get(const std::string& key,
                                  const std::function<std::shared_ptr<const Code>()>& make) {
    std::shared_ptr<Slot> slot;
    {
      const std::lock_guard lock(mutex_);
      std::shared_ptr<Slot>& entry = slots_[key];
      if (!entry) entry = std::make_shared<Slot>();
      slot = entry;
    }
    const std::lock_guard lock(slot->mutex);
    if (std::shared_ptr<const Code> code = slot->code.lock()) return code;
    std::shared_ptr<const Code> code = make();
    slot->code = code;
    return code;
  }

 private:
  struct Slot {
    std::mutex mutex;
    std::weak_ptr<const Code> code;
  };
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;
};

}  // namespace

std::shared_ptr<const Code> generate(const std::string& name, Isa isa, const Generator& body) {
  if (!isa_runs_here(isa))
    fail(rt3d::Code::unsupported, "code for ", isa_name(isa), " cannot run on this CPU");
  static Cache* const cache = new Cache;
  const std::string full = cat(isa_name(isa), "_", name);
  return cache->get(full, [&] { return std::make_shared<OwnedCode>(full, isa, body); });
}

Listing list(Isa isa, const Generator& body) {
  Throw errors;
  asmjit::CodeHolder holder;
  holder.init(environment(isa));
  holder.setErrorHandler(&errors);
  asmjit::StringLogger logger;
  logger.addFlags(asmjit::FormatFlags::kMachineCode);
  holder.setLogger(&logger);
  emit(holder, isa, body);
  Listing out;
  const asmjit::CodeBuffer& buffer = holder.textSection()->buffer();
  out.machine_code.assign(buffer.data(), buffer.data() + buffer.size());
  out.text.assign(logger.data(), logger.dataSize());
  return out;
}

std::size_t code_bytes() { return live_bytes.load(); }

}  // namespace rt3d::jit
