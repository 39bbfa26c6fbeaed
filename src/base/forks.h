// Forks of this process. A child has the thread that forked and no other, so nobody may wait for a pool's workers there; and what
// lies in memory that both share, generated code, belongs to both from then on.
#pragma once

namespace rt3d {

struct Forks {
  unsigned made =
      0;  // by this process and its ancestors since watching began: another number, somebody may share what was there
  unsigned born =
      0;  // of these, the ones that this process or an ancestor was the child of: another number, another process
};

void watch_forks();      // from the first call on they are counted; throws std::bad_alloc
Forks forks() noexcept;  // as cheap as reading two variables

}  // namespace rt3d
