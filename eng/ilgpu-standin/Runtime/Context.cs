using System.Collections.Immutable;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>A set of devices. There is nothing to compile, so it holds nothing else.</summary>
public sealed class Context : Util.DisposeBase
{
    private Context(Builder builder) => Devices = builder.Devices.Count == 0 ? [CPUDevice.Default] : [.. builder.Devices];

    public ImmutableArray<Device> Devices { get; }

    public static Builder Create() => new();

    public static Context Create(Action<Builder> buildingCallback)
    {
        ArgumentNullException.ThrowIfNull(buildingCallback);
        Builder builder = Create();
        buildingCallback(builder);
        return builder.ToContext();
    }

    public static Context CreateDefault() => Create(static builder => builder.Default());

    public TDevice GetDevice<TDevice>(int deviceIndex)
        where TDevice : Device => GetDevices<TDevice>()[deviceIndex];

    public DeviceCollection<TDevice> GetDevices<TDevice>()
        where TDevice : Device => new([.. Devices.OfType<TDevice>()]);

    public Device GetPreferredDevice(bool preferCPU) => Devices[0];

    private protected override void Dispose(bool disposing)
    {
    }

    /// <summary>What a context is made from. Options that steer ILGPU's compiler are remembered and have no effect here.</summary>
    public sealed class Builder : ContextProperties
    {
        internal Builder()
        {
        }

        internal List<Device> Devices { get; } = [];

        public Builder Default() => AllAccelerators();

        public Builder AllAccelerators() => this.DefaultCPU();

        public Builder Optimize(OptimizationLevel level)
        {
            OptimizationLevel = level;
            return this;
        }

        public Builder Math(MathMode mathMode)
        {
            MathMode = mathMode;
            return this;
        }

        public Context ToContext() => new(this);
    }

    /// <summary>The devices of one kind.</summary>
    public readonly ref struct DeviceCollection<TDevice>
        where TDevice : Device
    {
        private readonly List<TDevice> _devices;

        internal DeviceCollection(List<TDevice> devices) => _devices = devices;

        public int Count => _devices.Count;

        public TDevice this[int deviceIndex]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfNegative(deviceIndex);
                return deviceIndex < Count
                    ? _devices[deviceIndex]
                    : throw new NotSupportedException($"There are {Count} devices of the kind {typeof(TDevice).Name}, and none of number {deviceIndex}.");
            }
        }

        public Enumerator GetEnumerator() => new(_devices);

        /// <summary>Walks the devices.</summary>
        public ref struct Enumerator
        {
            private List<TDevice>.Enumerator _devices;

            internal Enumerator(List<TDevice> devices) => _devices = devices.GetEnumerator();

            public TDevice Current => _devices.Current;

            public bool MoveNext() => _devices.MoveNext();
        }
    }
}
