using DeepSharp.Kernels;

namespace DeepSharp.Training;

/// <summary>A weighted mean of device scalars that is added up on the device, in one launch each.</summary>
public sealed class RunningMean : IDisposable
{
    private Tensor? _sums;
    private bool _begun;
    private bool _isLoaded;

    /// <summary>Adds a scalar. The first decides on the device of the sum; others are moved there.</summary>
    /// <param name="value">A tensor of one element.</param>
    /// <param name="weight">How much it counts; the sum is divided by the weights.</param>
    /// <param name="scale">A factor for the value.</param>
    /// <exception cref="ArgumentException">The tensor has more than one element.</exception>
    public void Add(Tensor value, double weight, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(value);
        using TensorScope scope = Tensor.Scope();
        RequireOne(value, nameof(value));
        Tensor sums = Sums(value.Device);
        RunningSum.Add(sums.Operand, Number(value, sums.Device).Operand, scale, weight);
    }

    /// <summary>
    /// Adds a scalar with a weight that is on the device, too: weight · value to the sum, which is divided by the weights. A weight of
    /// 0 adds nothing, even if the value is the NaN of a mean over nothing.
    /// </summary>
    /// <param name="value">A tensor of one element.</param>
    /// <param name="weight">A tensor of one element.</param>
    /// <exception cref="ArgumentException">A tensor has more than one element.</exception>
    public void Add(Tensor value, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(weight);
        using TensorScope scope = Tensor.Scope();
        RequireOne(value, nameof(value));
        RequireOne(weight, nameof(weight));
        Tensor sums = Sums(value.Device);
        Tensor number = Number(value, sums.Device);
        RunningSum.Add(sums.Operand, number.Operand, Number(weight, sums.Device).To(number.DType).Operand);
    }

    /// <summary>The mean so far; NaN if there is none. Waits for the device.</summary>
    public double Result()
    {
        (double sum, double weights) = _sums is null ? default : Read(_sums);
        return weights == 0 ? double.NaN : sum / weights;
    }

    /// <summary>What has to be saved to go on: the sums as the device keeps them.</summary>
    public IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor> { ["sums"] = _sums ?? Tensor.Zeros(2, DType.Float64, Device.Cpu) };

    /// <summary>Adds the sums of another mean, of another process for one. Waits for the device.</summary>
    /// <param name="state">What its <see cref="State"/> gave.</param>
    public void Add(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using TensorScope scope = Tensor.Scope();
        (double sum, double weights) = Read(state["sums"]);
        (double own, double ownWeights) = _sums is null ? default : Read(_sums);
        LoadState(new Dictionary<string, Tensor> { ["sums"] = Tensor.From([own + sum, ownWeights + weights], Device.Cpu) });
    }

    /// <summary>Goes back to what <see cref="State"/> gave.</summary>
    /// <param name="state">Values by name; they belong to the caller.</param>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Tensor sums = state["sums"].Clone().KeepForever();
        _sums?.Dispose();
        (_sums, _begun, _isLoaded) = (sums, true, true);
    }

    /// <summary>Starts again.</summary>
    public void Reset()
    {
        _begun = false;
        _isLoaded = false;
        _sums?.Fill(0);
    }

    /// <summary>Starts again and frees the sum.</summary>
    public void Dispose()
    {
        _begun = false;
        _sums?.Dispose();
        _sums = null;
    }

    private static (double Sum, double Weights) Read(Tensor sums) => RunningSum.Read(sums.To(Device.Cpu).To(DType.Float64).ToArray<double>());

    private static void RequireOne(Tensor value, string name)
    {
        if (value.Count != 1)
        {
            throw new ArgumentException($"RunningMean: the {name} has shape {value.Shape}, not one element.", name);
        }
    }

    // The kernel takes the two types that losses have as a rule; of a device without double precision, one.
    private static Tensor Number(Tensor value, Device device)
    {
        Tensor detached = value.Detach();
        DType widest = device.HasDoublePrecision ? DType.Float64 : DType.Float32;
        return detached.DType == DType.Float32 || detached.DType == widest ? detached.To(device)
            : detached.Device.HasDoublePrecision ? detached.To(widest).To(device)
            : detached.To(device).To(widest);
    }

    private Tensor Sums(Device device)
    {
        if (_sums is null || (!_begun && !ReferenceEquals(_sums.Device, device)))
        {
            _sums?.Dispose();
            (DType dtype, int count) = RunningSum.Form(device);
            _sums = Tensor.Zeros(count, dtype, device).KeepForever();
        }

        else if (_isLoaded && !ReferenceEquals(_sums.Device, device))
        {
            Tensor loaded = On(device, _sums).KeepForever();
            _sums.Dispose();
            _sums = loaded;
        }

        _begun = true;
        _isLoaded = false;
        return _sums;
    }

    // In the form that a device keeps sums in.
    private static Tensor On(Device device, Tensor sums)
    {
        (DType dtype, int count) = RunningSum.Form(device);
        if ((sums.DType, sums.Count) == (dtype, count))
        {
            return sums.To(device);
        }

        (double sum, double weights) = Read(sums);
        double[] kept = count == 2 ? [sum, weights] : [(float)sum, sum - (float)sum, (float)weights, weights - (float)weights];
        return Tensor.From(kept, [count], Device.Cpu).To(dtype).To(device);
    }
}
