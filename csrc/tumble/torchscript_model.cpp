#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include "error.h"
#include "model.h"

namespace tumble {

namespace {

/// Last line of a TorchScript traceback: the error itself.
std::string last_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const auto start = text.rfind('\n');
    return start == std::string::npos ? text : text.substr(start + 1);
}

class TorchScriptModel final : public Model {
  public:
    TorchScriptModel(const std::string& path, at::Device device, at::ScalarType dtype)
        : device_(device), dtype_(dtype) {
        try {
            module_ = torch::jit::load(path, device);
        } catch (const c10::Error& error) {
            throw ModelFileError(message("model file `", path, "`: can't be loaded by this torch (",
                                         error.what_without_backtrace(), ")"));
        }
        module_.eval();
        for (const auto& parameter : module_.parameters()) parameter.set_requires_grad(false);
    }

    at::Device device() const override { return device_; }
    at::ScalarType dtype() const override { return dtype_; }

    std::unordered_map<std::string, at::Tensor> forward(const at::Tensor& edge_vectors, const at::Tensor& edge_index,
                                                        const at::Tensor& reverse, const at::Tensor& species) override {
        // The optimising executor compiles anew whenever a shape changes, and here the number of edges moves at nearly
        // every step. The plain interpreter has no such cost; benchmarks/overhead.py measures both.
        const torch::jit::GraphOptimizerEnabledGuard plain(false);
        try {
            const c10::IValue result = module_.forward({edge_vectors, edge_index, reverse, species});
            std::unordered_map<std::string, at::Tensor> outputs;
            for (const auto& item : result.toGenericDict()) outputs[item.key().toStringRef()] = item.value().toTensor();
            return outputs;
        } catch (const c10::OutOfMemoryError&) {
            throw EvaluationError(message("out of memory on ", device_.str(), " for ", edge_vectors.size(0),
                                          " edges; lower `memory`, or use a smaller system"));
        } catch (const c10::Error& error) {
            throw EvaluationError(message("the model failed: ", error.what_without_backtrace()));
        } catch (const std::exception& error) {  // a raise in the model's own code arrives as a JITException
            throw EvaluationError(message("the model failed: ", last_line(error.what())));
        }
    }

  private:
    torch::jit::Module module_;
    at::Device device_;
    at::ScalarType dtype_;
};

}  // namespace

std::unique_ptr<Model> load_torchscript(const std::string& path, at::Device device, const std::string& dtype) {
    return std::make_unique<TorchScriptModel>(path, device, dtype == "float64" ? at::kDouble : at::kFloat);
}

}  // namespace tumble
