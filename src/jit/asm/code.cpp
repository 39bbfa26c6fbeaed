#include "jit/asm/code.h"

#include <asmjit/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <new>

#include "base/env.h"
#include "base/error.h"
#include "base/forks.h"
#include "jit/asm/asmjit.h"
#include "jit/asm/perf.h"

namespace rt3d::jit {
namespace {

// Throws what an asmjit error stands for while code is generated.
void require_ok(asmjit::Error error, const char* message) {
  if (error == asmjit::kErrorOutOfMemory) throw std::bad_alloc();
  if (error != asmjit::kErrorOk) fail(rt3d::Code::internal, "code generation: ", message);
}

class Throw final : public asmjit::ErrorHandler {
 public:
  void handleError(asmjit::Error error, const char* message, asmjit::BaseEmitter*) override {
    require_ok(error, message);
  }
  using Code = rt3d::Code;
};

asmjit::Environment environment(Isa isa) {
  asmjit::Environment e = asmjit::Environment::host();
  e.setArch(isa == Isa::neon ? asmjit::Arch::kAArch64 : asmjit::Arch::kX64);
  return e;
}

void start(asmjit::CodeHolder& code, const asmjit::Environment& environment, Throw& errors) {
  require_ok(code.init(environment), "cannot begin");
  code.setErrorHandler(&errors);
}

// Runs the generator between entry and exit of the function.
void emit(asmjit::CodeHolder& code, Isa isa, CoreKind core, const Generator& body) {
  const std::unique_ptr<FunctionAsm> as = isa == Isa::neon ? make_a64(isa, code, core) : make_x64(isa, code);
  if (code.emitters().empty()) throw std::bad_alloc();  // asmjit tells nobody that it could not attach one
  as->enter();
  body(*as);
  as->leave();
}

// asmjit's memory for code, and the process that it is of: what is written there a forked child sees, too, and what a child
// would write its parent. So a child has memory of its own for its code. Never destroyed: code may run while the process exits.
struct Runtime {
  asmjit::JitRuntime* jit;
  unsigned born;
};

std::unique_ptr<Runtime> new_runtime() {
  watch_forks();
  asmjit::JitAllocator::CreateParams params{};
  params.options = asmjit::JitAllocatorOptions::kUseDualMapping;
  params.blockSize = 1 << 20;
  auto jit = std::make_unique<asmjit::JitRuntime>(&params);
  if (jit->allocator()->blockSize() == 0) throw std::bad_alloc();  // (isInitialized() says the opposite)
  auto made = std::make_unique<Runtime>(Runtime{jit.get(), forks().born});
  static_cast<void>(jit.release());
  return made;
}

asmjit::JitRuntime& runtime() {
  static std::mutex mutex;
  static Runtime* current = nullptr;
  const std::lock_guard lock(mutex);
  if (!current || current->born != forks().born) current = new_runtime().release();
  return *current->jit;
}

// Code is written through a mapping of its own, whose pages would count a second time in the process's memory: they leave it, and
// the code stays behind the other mapping.
void release_written_pages(const asmjit::JitRuntime& runtime, void* entry) {
  void *code = nullptr, *written = nullptr;
  std::size_t size = 0;
  if (runtime.allocator()->query(entry, &code, &written, &size) != asmjit::kErrorOk || code == written)
    return;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t before = reinterpret_cast<std::uintptr_t>(written) % page;
  // A shared mapping keeps what was written.
  madvise(static_cast<std::byte*>(written) - before, before + size, MADV_DONTNEED);
}

std::atomic<std::size_t> live_bytes{0};

CodeVersions versions(Isa isa) {
  if (isa != Isa::neon) return {};
  return code_versions(env(EnvSwitch::uarch), cores_here());
}

// The name of a version in listings and profiles; the cache's key spells all of a code's versions.
std::string version_name(const std::string& name, CoreKind core) {
  return core == CoreKind::big ? name : cat(name, ".", core_kind_name(core));
}
std::string key(const std::string& name, const CodeVersions& v) {
  return cat(name, v.big ? "/big" : "", v.in_order ? "/inorder" : "");
}

class OwnedCode final : public Code {
 public:
  OwnedCode(const std::string& name, Isa isa, const CodeVersions& versions, const Generator& body)
      : OwnedCode() {  // from here on the destructor runs, also when a version cannot be made
    if (versions.big) entries_[0] = add(name, isa, CoreKind::big, body);
    if (versions.in_order) entries_[1] = add(name, isa, CoreKind::in_order, body);
    for (void*& entry : entries_)
      if (!entry) entry = entries_[versions.big ? 0 : 1];
  }
  ~OwnedCode() override {
    live_bytes -= bytes_;
    // qemu-aarch64 7.2 goes on running its translation of what was at an address earlier: it notices writes
    // there, but code is written through another mapping, and it ignores the cache maintenance that says so.
    if (kept_) return;
    // Since a fork this code is the other process's, too, which goes on running what is at its addresses.
    if (forks().made != forks_) return;
    for (void* address : added_) runtime_.release(address);
  }

 private:
  OwnedCode() = default;

  void* add(const std::string& plain_name, Isa isa, CoreKind core, const Generator& body) {
    const std::string name = version_name(plain_name, core);
    Throw errors;
    asmjit::CodeHolder holder;
    start(holder, runtime_.environment(), errors);
    asmjit::StringLogger logger;
    if (dump_enabled()) {
      logger.addFlags(asmjit::FormatFlags::kMachineCode);
      holder.setLogger(&logger);
    }
    emit(holder, isa, core, body);
    added_.reserve(added_.size() + 1);
    void* entry = nullptr;
    if (const asmjit::Error error = runtime_.add(&entry, &holder); error != asmjit::kErrorOk)
      fail(error == asmjit::kErrorOutOfMemory ? rt3d::Code::out_of_memory : rt3d::Code::device,
           "the system gives no executable memory for ", holder.codeSize(),
           " bytes of code: ", asmjit::DebugUtils::errorAsString(error),
           "; the device 'reference' needs none");
    added_.push_back(entry);
    release_written_pages(runtime_, entry);
    bytes_ += holder.codeSize();
    live_bytes += holder.codeSize();
    if (dump_enabled()) dump_text(name + ".s", std::string(logger.data(), logger.dataSize()));
    announce_to_perf(name, entry, holder.codeSize());
    return entry;
  }

  asmjit::JitRuntime& runtime_ = runtime();
  const unsigned forks_ = forks().made;
  const bool kept_ = env(EnvSwitch::keep_code) == "1";
  std::vector<void*> added_;
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
      forget_unused();
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

  // Names whose code is gone, and that nobody is generating code for. A count of one alone does not show what the slot's last user
  // wrote; its mutex, free by then, does.
  void forget_unused() {
    std::erase_if(slots_, [](const auto& named) {
      if (named.second.use_count() != 1) return false;
      const std::lock_guard lock(named.second->mutex);
      return named.second->code.expired();
    });
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;
};

}  // namespace

std::shared_ptr<const Code> generate(const std::string& name, Isa isa, const Generator& body) {
  if (!isa_runs_here(isa))
    fail(rt3d::Code::unsupported, "code for ", isa_name(isa), " cannot run on this CPU");
  static Cache* const cache = new Cache;
  const std::string full = cat(isa_name(isa), "_", name);
  const CodeVersions wanted = versions(isa);
  return cache->get(key(full, wanted), [&] { return std::make_shared<OwnedCode>(full, isa, wanted, body); });
}

Listing list(Isa isa, const Generator& body, CoreKind core) {
  Throw errors;
  asmjit::CodeHolder holder;
  start(holder, environment(isa), errors);
  asmjit::StringLogger logger;
  logger.addFlags(asmjit::FormatFlags::kMachineCode);
  holder.setLogger(&logger);
  emit(holder, isa, core, body);
  Listing out;
  const asmjit::CodeBuffer& buffer = holder.textSection()->buffer();
  out.machine_code.assign(buffer.data(), buffer.data() + buffer.size());
  out.text.assign(logger.data(), logger.dataSize());
  return out;
}

std::size_t code_bytes() { return live_bytes.load(); }

}  // namespace rt3d::jit
