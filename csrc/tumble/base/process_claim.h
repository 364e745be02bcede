#pragma once
/// What a thread changes for the whole process while it computes, such as torch's precision or MKL's number of threads.
/// It is put back when the thread is done. A thread that can't be stopped is given up instead, and what it had changed
/// is put back by whoever gives it up.

#include <functional>
#include <memory>

namespace tumble {

/// The claims of one thread.
class ClaimsOfThread;

/// A change that lasts as long as this object, or until its thread is given up.
class ProcessClaim {
  public:
    /// @param put_back ends the change; called once, in this thread or the one that gives it up
    explicit ProcessClaim(std::function<void()> put_back);
    ~ProcessClaim();
    ProcessClaim(const ProcessClaim&) = delete;
    ProcessClaim& operator=(const ProcessClaim&) = delete;

  private:
    std::shared_ptr<ClaimsOfThread> claims_;
};

/// For a thread that may be given up while it computes.
class Abandonable {
  public:
    Abandonable();
    /// Has this thread's claims from now on be those that `give_up` ends. Called in the thread, before it computes.
    void begin() const;
    /// Puts back what the thread has changed, in this thread. What it changes later ends with it.
    void give_up() const;

  private:
    std::shared_ptr<ClaimsOfThread> claims_;
};

}  // namespace tumble
