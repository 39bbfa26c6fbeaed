// A kernel whose constants, as packed, are one object that never changes again: runs read it, and kernels of other plans that would pack
// the same constants alike share it.
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "kernels/family.h"

namespace rt3d::kernels {

// P says in bytes() what it holds. Who derives gives pack() and a packing_key() that says all that pack() depends on, constants aside;
// what depends on more, such as distances in the operands, is made in ready().
template <typename P, typename Base = Kernel>
class PackingKernel : public Base {
 public:
  void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) final {
    packed_ = std::make_shared<const P>(pack(constants, pool));
    ready();
  }
  std::shared_ptr<const void> packed() const final { return packed_; }
  void adopt(std::shared_ptr<const void> packed) final {
    packed_ = std::static_pointer_cast<const P>(std::move(packed));
    ready();
  }
  std::size_t packed_bytes() const override { return packed_ ? packed_->bytes() : 0; }

 protected:
  using Base::Base;

  virtual P pack(std::span<const Tensor* const> constants, ThreadPool& pool) const = 0;
  virtual void ready() {}
  const P& constants() const { return *packed_; }

 private:
  std::shared_ptr<const P> packed_;
};

}  // namespace rt3d::kernels
