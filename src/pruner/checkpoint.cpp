#include "pruner/checkpoint.h"

#include <torch/csrc/jit/serialization/pickle.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "base/checksum.h"
#include "base/error.h"
#include "base/file.h"

namespace rt3d::pruner {
namespace fs = std::filesystem;
namespace {

// The archive's own sums are not looked at by whoever reads it.
constexpr const char* kSum = "checksum";

std::int64_t sum_of(const Checkpoint& checkpoint) {
  std::uint64_t sum = checksum64("");
  for (const auto& [name, tensor] : checkpoint) {
    const at::Tensor values = tensor.detach().cpu().contiguous();
    sum = checksum64(cat(name, values.sizes(), values.scalar_type()), sum);
    sum = checksum64({static_cast<const char*>(values.data_ptr()), values.nbytes()}, sum);
  }
  return static_cast<std::int64_t>(sum);
}

}  // namespace

void save_checkpoint(const fs::path& file, const Checkpoint& checkpoint) {
  c10::Dict<std::string, at::Tensor> entries;
  for (const auto& [name, tensor] : checkpoint) entries.insert(name, tensor.detach().contiguous());
  entries.insert(kSum, at::full({1}, sum_of(checkpoint), at::kLong));
  const std::vector<char> bytes = torch::jit::pickle_save(entries);
  const fs::path part = file.string() + cat(".", ::getpid(), ".part");
  errno = 0;
  std::ofstream out(part, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  const int reason = errno;
  std::error_code error;
  if (out) fs::rename(part, file, error);
  if (out && !error) return;
  std::error_code ignored;
  fs::remove(part, ignored);
  fail(Code::io, "cannot write ", file.string(), ": ", error ? error.message() : reason_of(reason));
}

Checkpoint load_checkpoint(const fs::path& file) {
  const auto mapped = MappedFile::open(file);
  const auto* data = reinterpret_cast<const char*>(mapped->bytes().data());
  Checkpoint checkpoint;
  try {
    const c10::IValue value = torch::jit::pickle_load({data, data + mapped->bytes().size()});
    for (const auto& entry : value.toGenericDict())
      checkpoint[entry.key().toStringRef()] = entry.value().toTensor();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {  // libtorch tells with a stack of calls, over many lines
    fail(Code::invalid_argument, file.string(), " is no checkpoint, or damaged");
  }
  const auto sum = checkpoint.extract(kSum);
  if (sum.empty() || sum.mapped().numel() != 1 || sum.mapped().scalar_type() != at::kLong ||
      sum.mapped().item<std::int64_t>() != sum_of(checkpoint))
    fail(Code::invalid_argument, file.string(), " is no checkpoint, or damaged");
  return checkpoint;
}

}  // namespace rt3d::pruner
